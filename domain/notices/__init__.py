"""Messages to people outside: short messages to petitioners.

Words: a *message* (短信) is written in the transaction of the act that caused it, and
sent afterwards by a job through a *provider*; in demo mode the provider is the outbox
page `/demo/sms`.

Promises: phone and text are stored sealed; a message is marked sent after the provider
took it, and tried again until it did.
"""
