"""Messages of callers read into the commands of the use cases, or refused with everything wrong in them."""
