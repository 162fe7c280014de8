"""The demo: orders become invoices in a simulated ERP, over gRPC, in real processes."""
