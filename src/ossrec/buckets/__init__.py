"""Buckets: Alibaba Cloud OSS (`oss`), a folder as a bucket (`local`), and wrappers that retry, count and list ahead.

bucket    a flat map from key to bytes, listed in byte order of the UTF-8 key
page      up to 1000 objects of a listing, with the cursor of the next page
cursor    the position from which a listing continues: a key, and the bucket's own token if it gave one
"""
