"""Sales become invoices, through the real server, on every ERP and database."""
