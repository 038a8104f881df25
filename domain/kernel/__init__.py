"""The kernel: what every room of the domain stands on.

It owns the *actor* (who does it, in which role and reach), the permission
vocabulary, *refusals* (expected answers of "no", worded for the person), the
*unit of work* (one transaction per act), the hash-chained *journal*, the
*outbox*, the announcements by which open pages learn of changes, life cycles
as tables (*flow*), the protection of personal data (*crypto*), files, ids,
moments and paging.

Promises: no room commits, no room reads the clock, nothing is announced that
was not committed, and no name, phone or identity number is stored in clear.
"""
