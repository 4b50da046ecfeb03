"""A live plan: a procedure with the state of the deployment in it."""
