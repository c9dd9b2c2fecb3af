"""A bucket of Alibaba Cloud OSS: requests, responses, listing pages, errors and redaction."""
