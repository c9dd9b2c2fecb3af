"""The recorder's REST service: requests, their authentication and rate limit, replies, and the outcome of each call."""
