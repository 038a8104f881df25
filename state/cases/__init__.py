"""What a person is doing with cases: looking through lists, working on one, writing a new one."""
