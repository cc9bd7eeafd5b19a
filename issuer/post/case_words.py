"""The words of mails about cases and appeals, and about a mark that goes on in another place.

A case is told to one person alone, by its days and its outcome; never by its grounds, by what was
said or by the reasons, which people tell directly. What everybody hears of it is what is public.
"""

from collections.abc import Mapping

from issuer.post.kind import FILES, NOT_PUBLISHED, PAGE, TAKE_DOWN, Kind, Words
from issuer.texts import N_

CASES: Mapping[Kind, Words] = {
    Kind.CASE_OPENED: Words(
        N_("An important letter about %(mark)s"),
        (
            N_(
                "%(issuer)s has opened a case on whether %(name)s can go on holding %(mark)s."
                " Nothing is decided, and nothing about it is public."
            ),
            N_(
                "You have the right to be heard before anything is decided, up to and including"
                " %(answer_by)s. What it is about we tell you directly and not by mail: write to"
                " %(email)s, and we agree on how."
            ),
            N_("This mail went to you alone. Please pass it on only to those it concerns."),
        ),
        one_person=True,
    ),
    Kind.CASE_DISMISSED: Words(
        N_("An important letter about %(mark)s: nothing changes"),
        (
            N_(
                "The case on whether %(name)s can go on holding %(mark)s is closed, and nothing"
                " changes."
            ),
            N_("Thank you for your patience. If you have questions, write to %(email)s."),
        ),
        one_person=True,
    ),
    Kind.CASE_WITHDRAWAL: Words(
        N_("An important letter about %(mark)s: the decision"),
        (
            N_("It has been decided that %(name)s no longer holds %(mark)s."),
            N_(
                "You can appeal, up to and including %(appeal_by)s. The reasons for the decision we"
                " tell you directly and not by mail: write to %(email)s, and we agree on how."
            ),
            NOT_PUBLISHED,
        ),
        one_person=True,
    ),
    Kind.APPEAL_RECEIVED: Words(
        N_("An important letter about %(mark)s: your appeal"),
        (
            N_("We have received the appeal of %(name)s about %(mark)s."),
            N_(
                "Somebody who had no part in the decision decides it, and we write to you when it"
                " is decided. Until then the decision stands. If you have more to say, write to"
                " %(email)s, and we agree on how."
            ),
        ),
        one_person=True,
    ),
    Kind.APPEAL_REFUSED: Words(
        N_("An important letter about %(mark)s: your appeal is decided"),
        (
            N_(
                "The appeal of %(name)s has been decided by somebody who had no part in the"
                " decision: it stands, and %(name)s does not hold %(mark)s."
            ),
            N_(
                "The reasons we tell you directly and not by mail: write to %(email)s, and we agree"
                " on how."
            ),
            NOT_PUBLISHED,
        ),
        one_person=True,
    ),
    Kind.APPEAL_GRANTED: Words(
        N_("An important letter about %(mark)s: your appeal is granted"),
        (
            N_(
                "The appeal of %(name)s has been granted by somebody who had no part in the"
                " decision. %(name)s holds %(mark)s again, for the rest of its time."
            ),
            N_(
                "A new badge is made, and its files come in a mail of their own. If there is"
                " something that we can put right, write to %(email)s."
            ),
        ),
        one_person=True,
    ),
    Kind.REGAINED: Words(
        N_("%(name)s holds %(mark)s again"),
        (
            N_("%(name)s holds %(mark)s again, from %(first)s up to and including %(last)s."),
            N_(
                "A new badge has been made, and your page and the seal show it. Use these files"
                " from now on: the older copies stay invalid."
            ),
            N_("If you have questions, write to %(email)s."),
        ),
        FILES,
    ),
    Kind.CARRIED_ON: Words(
        N_("%(name)s carries %(mark)s on after %(former)s"),
        (
            N_(
                "%(former)s goes on in %(name)s, and %(mark)s goes along: %(name)s holds it from"
                " %(first)s up to and including %(last)s, the rest of its time."
            ),
            N_(
                "A new badge has been made in the name of %(name)s. Use these files from now on:"
                " those of %(former)s are no longer valid."
            ),
            N_("Renewal opens on %(opens)s. We write to you then."),
        ),
        FILES,
    ),
    Kind.HANDED_OVER: Words(
        N_("%(mark)s goes on with %(successor)s"),
        (
            N_(
                "%(name)s goes on in %(successor)s, and %(mark)s goes along for the rest of its"
                " time. For %(name)s itself it ended on %(day)s."
            ),
            N_(
                "%(successor)s gets a new badge in its own name. The files of %(name)s are no"
                " longer valid, and your page and the seal say that the mark has ended."
            ),
            TAKE_DOWN,
            N_("If this is not right, write to %(email)s at once."),
        ),
        (PAGE,),
    ),
    Kind.GONE_ON: Words(
        N_("%(mark)s has ended for %(name)s"),
        (
            N_("%(name)s goes on in %(successor)s, and so %(mark)s ended on %(day)s."),
            N_(
                "The badge is no longer valid. %(successor)s can earn the mark itself, and is"
                " welcome to."
            ),
            TAKE_DOWN,
            N_("If this is not right, write to %(email)s at once."),
        ),
        (PAGE,),
    ),
}
