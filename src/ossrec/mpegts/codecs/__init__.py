"""Payloads of elementary streams: codec, picture size, sample rate, key frames.

Pure Python on bytes, because only a few bytes of a segment are read. An *access unit* is one coded picture, a *NAL
unit* is a part of it in H.264 and H.265 (Annex B of both), an *SPS* is the NAL unit with the picture size. An audio
*frame* starts with a header that contains sample rate, channels and its own length.

No public function raises, whatever the bytes are, and each reads at most a fixed number of bytes.
"""
