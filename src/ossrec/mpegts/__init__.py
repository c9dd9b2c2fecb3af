"""Inspection of MPEG transport streams (ISO/IEC 13818-1). Pure; numpy where bytes are read.

A *packet* is 188 bytes; its PID identifies the elementary stream or table that it belongs to. PAT and PMT (together
PSI) list the elementary streams. A *PES packet* contains one or more frames of an elementary stream, spread over
packets; it carries the timestamps PTS and DTS, 33 bits in ticks of 1/90000 s. The PCR is the clock of the sender. A
continuity counter of four bits for each PID shows lost packets.

`inspect_segment` is the entry point. `inspection` (the results) and `sequence` (checks of neighboring segments) are
plain values and Python; `checks`, `codecs` and `demux` read bytes: `demux` turns them into columns, `codecs` reads
payloads, `checks` finds faults.
"""
