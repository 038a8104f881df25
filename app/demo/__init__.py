"""The demo county: fictional places, units, people and cases, made from a seed."""
