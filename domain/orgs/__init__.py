"""Units, staff and sign-in.

Words: a *unit* (单位) is the centre, a department, a police station or the county
itself; units form a tree of their own, apart from the tree of areas. An *account*
(账号) belongs to one unit, holds *roles* and has a *reach* (data scope). A *sign-in
session* is a browser cookie or an API token; only the keyed digest of it is stored.

Promises: passwords are kept as Argon2id; a wrong account and a wrong password answer
alike and in the same time; five failures lock the account for a quarter of an hour;
disabling an account ends its sessions at once. Staff names are personal data too and
are stored sealed.
"""
