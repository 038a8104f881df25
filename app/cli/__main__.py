"""`python -m app.cli` is `fengqiao`."""

from app.cli import main

main()
