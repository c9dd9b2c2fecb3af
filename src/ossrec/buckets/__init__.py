"""Places that hold objects: Alibaba Cloud OSS (`oss`), a folder (`local`), and what wraps them.

bucket    a flat, read-only map from key to bytes, listed in byte order of the UTF-8 key
page      up to 1000 objects of a listing, with the cursor that leads to the next
cursor    where a listing goes on: after a key, and with the bucket's own token when it gave one
"""
