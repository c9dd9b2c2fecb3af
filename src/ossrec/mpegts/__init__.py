"""MPEG transport streams (ISO/IEC 13818-1): what the bytes of a segment show. Pure; numpy where bytes are read.

A *packet* is 188 bytes; a PID names the stream it belongs to. PAT and PMT (together PSI) say which streams there
are. A *PES packet* is one frame, or some, of a stream, spread over packets; it carries the times PTS and DTS, in ticks
of 1/90000 s, 33 bits long. The PCR is the sender's clock. A continuity counter, four bits for each PID, shows losses.

`inspecting` is the way in. `inspection`, and what compares segments with each other (`borders`, `continuing`,
`syncing`, `spans`, `ordering`), are plain values and Python; the rest reads bytes, with numpy.
"""
