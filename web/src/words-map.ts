/** What the map says besides the first screen. */
export const id = {
  attribution: 'Keterangan sumber',
  kilometres: 'km',
  zoom_in: 'Perbesar',
  zoom_out: 'Perkecil',
  cluster: 'Kelompok {n} aset: {parts}',
  thousands: 'rb',
  millions: 'jt',
};

export const en: Record<keyof typeof id, string> = {
  attribution: 'Sources',
  kilometres: 'km',
  zoom_in: 'Zoom in',
  zoom_out: 'Zoom out',
  cluster: 'Group of {n} assets: {parts}',
  thousands: 'k',
  millions: 'M',
};
