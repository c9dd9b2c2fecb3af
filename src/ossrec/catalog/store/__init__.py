"""Write and load the rows of a scan: objects, stems, playlists, inspections, recordings, and the runs themselves."""
