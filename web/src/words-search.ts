/** The words of the search field, loaded with it. */
export const id = {
  search: 'Cari nama atau kode',
  search_clear: 'Hapus pencarian',
  search_none: 'Tidak ada yang cocok dengan “{q}”.',
  search_count: '{n} hasil',
};

export const en: Record<keyof typeof id, string> = {
  search: 'Search by name or code',
  search_clear: 'Clear the search',
  search_none: 'Nothing matches “{q}”.',
  search_count: '{n} results',
};
