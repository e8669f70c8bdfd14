"""Doubles of the brokers at the level of the wire, written for these tests."""
