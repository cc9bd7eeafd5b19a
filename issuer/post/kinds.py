"""Every mail that Merke sends: who gets it, what it says, whether it may be unsubscribed.

The words are English here and are translated when a mail is written. Each says what has
happened, what it means and what to do. None holds facts, notes or internal reasons; the reason
for which something was sent back is told to whom it was sent back, and nobody else. A mark on
hold is told as that and nothing more.
"""

from collections.abc import Mapping

from issuer.post.case_words import CASES
from issuer.post.kind import FILES, MEETING, NOT_PUBLISHED, PAGE, TAKE_DOWN, WRITE, Words
from issuer.post.kind import NAMES as NAMES
from issuer.post.kind import Kind as Kind
from issuer.texts import N_

WORDS: Mapping[Kind, Words] = {
    Kind.ENQUIRY_RECEIVED: Words(
        N_("We have received your enquiry about %(mark)s"),
        (
            # Nothing that was written stands here: anybody may have named this address.
            N_("Thank you for asking about %(mark)s. Your enquiry has reached us."),
            N_(
                "Somebody at %(issuer)s reads it and gets in touch with you. Until then there is"
                " nothing you need to do. Nothing about it is public, and it binds you to nothing."
            ),
        ),
    ),
    Kind.ENROLLED: Words(
        N_("%(name)s is under way towards %(mark)s"),
        (
            N_(
                "%(name)s is now taken into %(mark)s. We go through what is asked together, one"
                " thing at a time."
            ),
            N_(
                "There is no badge to show before everything has been accepted. We write to you"
                " when something is needed from you."
            ),
            N_("Others can see that you are under way only if you agree to it."),
        ),
        (PAGE,),
    ),
    Kind.SENT_BACK: Words(
        N_("%(requirement)s: something has to be changed"),
        (
            N_(
                "We have read what %(name)s handed in for “%(requirement)s”. It cannot be accepted"
                " as it is, and this is why:"
            ),
            N_(
                "Change what is needed and hand it in again. What was accepted before stays"
                " accepted."
            ),
        ),
        quoted="reason",
    ),
    Kind.SEALED: Words(
        N_("%(name)s holds %(mark)s"),
        (
            N_(
                "%(name)s holds %(mark)s from %(first)s up to and including %(last)s. Thank you"
                " for the work behind it."
            ),
            N_(
                "The badge is a file that anyone can check. Keep it, and show it on your website"
                " and by your door."
            ),
            N_("Renewal opens on %(opens)s. We write to you then."),
        ),
        FILES,
    ),
    Kind.REMINDER_120: Words(
        N_("%(mark)s lasts until %(last)s"),
        (
            N_(
                "This is an early word, and nothing is urgent: %(name)s holds %(mark)s up to and"
                " including %(last)s, %(left)s days from now."
            ),
            N_(
                "Renewal opens on %(opens)s. It asks for some preparation, so put it in your"
                " calendar already now."
            ),
        ),
        (PAGE,),
        reminder=True,
    ),
    Kind.RENEWAL_OPENS: Words(
        N_("You can now renew %(mark)s"),
        (
            N_(
                "%(name)s holds %(mark)s up to and including %(last)s. From now on you can"
                " renew it."
            ),
            N_(
                "You lose no days by being early: the new period begins on the day after the"
                " present one ends."
            ),
            WRITE,
        ),
        (PAGE,),
        reminder=True,
    ),
    Kind.REMINDER_60: Words(
        N_("%(left)s days left of %(mark)s"),
        (
            N_(
                "%(name)s holds %(mark)s up to and including %(last)s. That is %(left)s days from"
                " now, and it is not renewed yet."
            ),
            N_("A renewal takes some weeks. Begin now, and there is time enough."),
            WRITE,
        ),
        (PAGE,),
        reminder=True,
    ),
    Kind.REMINDER_30: Words(
        N_("Only %(left)s days left of %(mark)s"),
        (
            N_(
                "%(name)s holds %(mark)s up to and including %(last)s. Only %(left)s days are left,"
                " and it is not renewed yet."
            ),
            N_("If you want to hold it without a gap, it is high time to begin."),
            WRITE,
        ),
        (PAGE,),
        reminder=True,
    ),
    Kind.REMINDER_7: Words(
        N_("%(mark)s ends on %(last)s"),
        (
            N_(
                "In a few days it is over: %(name)s holds %(mark)s up to and including %(last)s,"
                " and it is not renewed yet."
            ),
            N_(
                "If the renewal is not decided by then, the badge and the seal say from the day"
                " after that the mark has ended. You can renew afterwards too; the new period then"
                " begins on the day of the decision."
            ),
            N_("Write to %(email)s today if you want to renew."),
        ),
        (PAGE,),
        reminder=True,
    ),
    Kind.LAST_DAY: Words(
        N_("Today is the last day of %(mark)s"),
        (
            N_("%(name)s holds %(mark)s up to and including today, %(last)s."),
            N_(
                "From tomorrow the badge and the seal say that it has ended. The seal on your"
                " website changes by itself; posters should come down."
            ),
            N_("If you want to renew, write to %(email)s. It is not too late afterwards either."),
        ),
        (PAGE,),
        reminder=True,
    ),
    Kind.LAPSED_7: Words(
        N_("%(mark)s ended on %(last)s"),
        (
            N_("%(name)s held %(mark)s until %(last)s and does not hold it now."),
            N_(
                "If a renewal is under way, all that is needed is to finish it. If none is, it can"
                " be begun: the new period starts on the day of the decision."
            ),
            N_("Please take down posters that still show the mark."),
            WRITE,
        ),
        (PAGE,),
        reminder=True,
    ),
    Kind.LAPSED_30: Words(
        N_("Do you want %(mark)s back?"),
        (
            N_(
                "%(name)s held %(mark)s until %(last)s. It is a while ago now, and this is the last"
                " time we remind you of it."
            ),
            N_("You are welcome back whenever it suits you. If you would rather not, do nothing."),
            WRITE,
        ),
        (PAGE,),
        reminder=True,
    ),
    Kind.SUSPENDED: Words(
        N_("%(mark)s is on hold"),
        (
            N_("%(mark)s has been put on hold for %(name)s, from %(day)s."),
            N_(
                "As long as it is on hold the badge does not count as valid, and your page and the"
                " seal on your website show by themselves that it is on hold."
            ),
            NOT_PUBLISHED,
            N_(
                "You hear from us when the mark stands again. If you have questions, write to"
                " %(email)s."
            ),
        ),
        (PAGE,),
    ),
    Kind.LIFTED: Words(
        N_("%(mark)s stands again"),
        (
            N_(
                "%(mark)s is no longer on hold: %(name)s holds it, up to and including %(last)s as"
                " before."
            ),
            N_(
                "A new copy of the badge has been made. Use these files from now on: the older"
                " copies stay invalid. The seal on your website needs no change."
            ),
        ),
        FILES,
    ),
    Kind.WITHDRAWN: Words(
        N_("%(mark)s has been withdrawn"),
        (
            N_("It was decided on %(day)s that %(name)s no longer holds %(mark)s."),
            N_("The badge is no longer valid, and your page and the seal say so."),
            NOT_PUBLISHED,
            TAKE_DOWN,
            N_("If you disagree, or have questions, write to %(email)s."),
        ),
        (PAGE,),
    ),
    Kind.GIVEN_UP: Words(
        N_("%(mark)s has ended, as you asked"),
        (
            N_("%(name)s has asked to end %(mark)s, and it ended on %(day)s."),
            N_(
                "Your page and the seal say that it was ended at your own wish. Nothing else"
                " follows from it, and you are welcome back."
            ),
            TAKE_DOWN,
            N_("If you did not ask for this, write to %(email)s at once."),
        ),
        (PAGE,),
    ),
    Kind.NEW_COPY: Words(
        N_("A new copy of your badge for %(mark)s"),
        (
            N_(
                "A new copy of the badge of %(name)s has been made. It lasts as long as the one"
                " before: up to and including %(last)s."
            ),
            N_(
                "Please use the new files from now on, on your website and in print. The seal and"
                " the code on your poster lead to the new copy by themselves."
            ),
        ),
        FILES,
    ),
    Kind.MEETING_INVITED: Words(
        N_("Meeting about %(mark)s, %(when)s"),
        (
            N_("We have arranged a meeting with %(name)s about %(mark)s."),
            MEETING,
            N_(
                "The invitation is enclosed, so that you can put it in your calendar. If the time"
                " does not suit you, write to %(email)s."
            ),
        ),
    ),
    Kind.MEETING_MOVED: Words(
        N_("Changed: meeting about %(mark)s, %(when)s"),
        (
            N_("The meeting with %(name)s about %(mark)s has been changed. This is what counts:"),
            MEETING,
            N_(
                "The new invitation is enclosed and takes the place of the one before. If the time"
                " does not suit you, write to %(email)s."
            ),
        ),
    ),
    Kind.MEETING_CANCELLED: Words(
        N_("Called off: meeting about %(mark)s, %(when)s"),
        (
            N_("The meeting with %(name)s about %(mark)s is called off."),
            MEETING,
            N_(
                "What is enclosed takes it out of your calendar. If you want another time, write to"
                " %(email)s."
            ),
        ),
    ),
    Kind.MEETING_REMINDER: Words(
        N_("Reminder: meeting about %(mark)s, %(when)s"),
        (
            N_("We look forward to meeting %(name)s about %(mark)s."),
            MEETING,
            N_("If something has come between, write to %(email)s."),
        ),
        reminder=True,
    ),
    **CASES,
    Kind.TEST: Words(
        N_("A test mail from %(issuer)s"),
        (
            N_(
                "This mail was sent to see whether mail from %(issuer)s arrives. It has, and there"
                " is nothing for you to do."
            ),
        ),
    ),
}

GREETING = N_("Hello,")
WHY = N_("You get this mail because you are a contact of %(name)s for %(mark)s.")
WHY_ENQUIRY = N_(
    "You get this mail because this address was given in an enquiry about %(mark)s. If that was"
    " not you, tell us at %(email)s, and we remove it."
)
WHY_TEST = N_("You get this mail because somebody at %(issuer)s asked for it.")
UNSUBSCRIBE = N_(
    "You would rather not be reminded? Stop the reminders here. What has to be told you get all"
    " the same."
)
REGARDS = N_("Kind regards,")
