"""What turns a folder and a Python into a running product.

Each file starts or checks one thing and knows nothing of the others: `postgres` the embedded database,
`database` any database, `frontend` the compiled pages, `web` a web process, `supervisor` the processes of a running
product, `parent` what each of them owes to it, `browser` the browser of the tests, `lock` the one-product-per-folder
rule, `checks` what must be true before anything starts. `boot` puts them in order, `server` makes a product of them.
Whatever prevents a start is a `CannotStart` with a sentence for the person at the terminal; nobody has to read a stack
trace to learn that a port is taken.
"""
