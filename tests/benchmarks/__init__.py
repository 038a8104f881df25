"""What the product takes, measured: `fengqiao bench`, or `python -m tests.benchmarks`.

One module a table, each with `measure(stage) -> Table`; `figures` computes and prints, `stage` serves the
product. Every figure stands beside a baseline that was measured in turns with it, in the same run: the ratio
of the two says more than either, because machines differ. Nothing here fails on a slow machine.
"""
