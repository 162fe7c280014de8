"""Lanes, tasks and the attempt journal: durable work with one owner per ERP account."""
