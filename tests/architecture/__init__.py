"""The shape of the code, checked: who imports whom, where SQL lives, what is registered, what is deployed."""
