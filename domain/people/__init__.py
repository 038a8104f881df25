"""Persons, and the only place where their names, numbers and addresses are stored.

A *person* row is what somebody declared (or a card said) at one moment: it is never
changed afterwards, and nobody else's record is overwritten by a typing error. Rows
with the same blind index of the identity number are the same human being; "第 3 次来访"
counts by that index.

Promises: name, identity number, phone, birth date and address are stored only sealed;
lists carry masks; a clear value leaves the room through `operations.reveal` alone,
with a reason and a line in the journal.
"""
