"""HTTP: sessions that obey only our settings, replies that end in time, nothing secret told."""
