"""What the payloads of elementary streams say of themselves: codec, picture size, sample rate, key frames.

Pure Python on bytes, since only a few bytes of a segment are asked. An *access unit* is one coded picture, a *NAL
unit* is a part of it in H.264 and H.265 (Annex B of both), an *SPS* is the NAL unit that tells the picture's size.
An audio *frame* starts with a header that tells sample rate, channels and its own length.

Nothing here raises, whatever the bytes are, and nothing looks further than a bound that stands beside it.
"""
