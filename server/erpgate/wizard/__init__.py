"""The wizard of any ERP in a terminal, drawn from the form that the server gives."""
