"""Mail: written once into the outbox of the record, sent from there, watched for what comes back.

An act that tells somebody something calls `tell` in its own transaction, so that both count or
neither does. What is said is `kinds`, how it is written `compose`, when it goes `outbox`.
"""

from issuer.post.letters import tell as tell
from issuer.post.letters import tell_case as tell_case
from issuer.post.letters import tell_enquirer as tell_enquirer
from issuer.post.letters import tell_sent_back as tell_sent_back
