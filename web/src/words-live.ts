/** The words of the line that says how fresh the map is. */
export const id = {
  live_lost: 'Sambungan terputus, mencoba lagi…',
  live_stale: 'Data per {time}, pembaruan tertunda',
};

export const en: Record<keyof typeof id, string> = {
  live_lost: 'Connection lost, trying again…',
  live_stale: 'Data as of {time}, updates are delayed',
};
