"""What was found, in the forms that others' programs read; what may not leave does not."""
