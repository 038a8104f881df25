"""The demo county: fictional places, units, people and cases, made from a seed.

Everything goes through the operations of the domain in the order of time, so that
journal, clocks and figures are those of a county that really worked for four months.
"""

from app.demo.loading import ensure_demo, fresh_password, load
