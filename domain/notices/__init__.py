"""What people are told: short messages to petitioners, notices on the screens of staff, and who has a case open.

Words: a *message* (短信) is written in the transaction that handles what happened, and
sent afterwards by a job through a *provider*; in demo mode the provider is the outbox
page `/demo/sms`. A *notice* (通知) is read on screen, under the bell. An *audience* is a
group of accounts that a step concerns; the workflow table says which. *Presence* is who
has a case open in a browser at this moment.

Promises: phone and text of a message are stored sealed; a message is marked sent after
the provider took it, and tried again until it did. An account is told of a thing once,
however often it is delivered, never of what it did itself, and reads its own notices
alone. The notices of one case are one entry to their reader, read together and counted once. A notice names numbers, units and stations, no persons and no matter.
"""
