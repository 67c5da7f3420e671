"""Measurements that later work is held to: ratios within one run, and counts; never absolute times of one machine."""
