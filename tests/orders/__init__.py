"""Orders from their submission to the reason why they were or were not invoiced."""
