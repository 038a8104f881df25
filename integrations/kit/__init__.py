"""The contract that every outside system is joined by; it knows no room of the domain."""
