"""Every country that Alegra serves, through the real door, against a simulator that is as strict as that country."""
