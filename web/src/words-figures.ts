/** Words of the registry of figures, for each part that tells figures. */
export const id = {
  dimension_desil: 'Peringkat kesejahteraan (desil)',
  dimension_bantuan: 'Penerima bantuan',
  dimension_rentan: 'Kelompok rentan',
  dimension_perumahan: 'Perumahan dan layanan dasar',
  dimension_anak: 'Anak',
  dimension_verval: 'Usulan dan verifikasi',
  dimension_kemiskinan_resmi: 'Kemiskinan resmi (BPS)',
  dimension_profil: 'Profil',
};

export const en: Record<keyof typeof id, string> = {
  dimension_desil: 'Welfare rank (desil)',
  dimension_bantuan: 'Assistance',
  dimension_rentan: 'Vulnerable groups',
  dimension_perumahan: 'Housing and basic services',
  dimension_anak: 'Children',
  dimension_verval: 'Proposals and verification',
  dimension_kemiskinan_resmi: 'Official poverty figures (BPS)',
  dimension_profil: 'Profile',
};
