-- +goose Up

-- The registry's first entries: the facilities that a kelurahan places, with
-- the fields, labels and norms of Indonesian practice. A norm that no document
-- confirms is left out (0), so that nobody plans by it.

select set_config('patok.actor', 'migration', true);

-- kantor_kelurahan. At most one active office per kelurahan. The questions mirror SDGs Desa
-- P220–P226 and IDM 110–111; lurah and office telephone are public because they belong to the
-- office, not to a person.
-- +goose StatementBegin
insert into asset_types (name, position, definition) values ('kantor_kelurahan', 1, $json${
  "label": {"id": "Kantor Kelurahan", "en": "Kelurahan office"},
  "label_desa": {"id": "Kantor Desa", "en": "Desa office"},
  "plural": {"id": "Kantor Desa/Kelurahan", "en": "Village offices"},
  "icon": "kantor_kelurahan", "color": "#1d4ed8", "min_zoom": 0,
  "duplicate_radius_m": 150, "cardinality": "one", "confirm_days": 365, "norm_radius_m": 0, "norm_ratio": 0,
  "fields": [
    {"name": "nama_lurah", "label": {"id": "Lurah", "en": "Head of the kelurahan"}, "label_desa": {"id": "Kepala Desa", "en": "Head of the desa"}, "help": {"id": "Nama pejabat yang memimpin, dalam jabatannya.", "en": "Name of the official in office."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "text"},
    {"name": "keadaan_kantor", "label": {"id": "Keadaan kantor", "en": "State of the office"}, "help": {"id": "Ada dan layak dipakai, ada tetapi tidak layak, atau belum ada.", "en": "There and fit for use, there but unfit, or not there yet."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "select", "options": [
      {"value": "ada_layak", "label": {"id": "Ada, layak", "en": "There, fit for use"}},
      {"value": "ada_tidak_layak", "label": {"id": "Ada, tidak layak", "en": "There, unfit"}},
      {"value": "tidak_ada", "label": {"id": "Tidak ada", "en": "None"}}]},
    {"name": "kepemilikan", "label": {"id": "Kepemilikan gedung", "en": "Ownership"}, "help": {"id": "Siapa pemilik gedung kantor.", "en": "Who owns the building."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "select", "options": [
      {"value": "aset_pemda", "label": {"id": "Aset pemerintah daerah", "en": "Owned by the local government"}},
      {"value": "bukan", "label": {"id": "Bukan aset pemerintah daerah", "en": "Not owned by the local government"}}]},
    {"name": "di_dalam_wilayah", "label": {"id": "Di dalam wilayahnya", "en": "Within its own area"}, "help": {"id": "Kantor berdiri di dalam kelurahan atau desanya sendiri.", "en": "The office stands within its own kelurahan or desa."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "check"},
    {"name": "jam_layanan", "label": {"id": "Jam layanan", "en": "Opening hours"}, "help": {"id": "Misalnya: Senin–Kamis 07.30–15.30, Jumat 07.30–14.00.", "en": "For example: Monday to Thursday 07.30–15.30, Friday 07.30–14.00."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "text"},
    {"name": "telepon", "label": {"id": "Telepon kantor", "en": "Office telephone"}, "help": {"id": "Nomor telepon kantor, bukan nomor pribadi.", "en": "The number of the office, not of a person."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "tel"},
    {"name": "email", "label": {"id": "Surel kantor", "en": "Office e-mail"}, "help": {"id": "", "en": ""}, "sensitivity": "public", "personal": false, "unit": "", "widget": "email"},
    {"name": "situs", "label": {"id": "Situs web", "en": "Web site"}, "help": {"id": "Alamat lengkap, dimulai dengan https://.", "en": "Full address, beginning with https://."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "url"},
    {"name": "kode_pos", "label": {"id": "Kode pos", "en": "Postal code"}, "help": {"id": "Lima angka.", "en": "Five digits."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "text"},
    {"name": "ketinggian_m", "label": {"id": "Ketinggian", "en": "Height above the sea"}, "help": {"id": "Di atas permukaan laut.", "en": "Above sea level."}, "sensitivity": "public", "personal": false, "unit": "m", "widget": "number"},
    {"name": "akses_disabilitas", "label": {"id": "Akses disabilitas", "en": "Access for disabled people"}, "help": {"id": "Ada landaian, pegangan, atau toilet yang dapat dipakai penyandang disabilitas.", "en": "There is a ramp, a handrail or a toilet that disabled people can use."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "check"}
  ],
  "schema": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false, "properties": {
    "nama_lurah": {"type": "string", "maxLength": 100},
    "keadaan_kantor": {"enum": ["ada_layak", "ada_tidak_layak", "tidak_ada"]},
    "kepemilikan": {"enum": ["aset_pemda", "bukan"]},
    "di_dalam_wilayah": {"type": "boolean"},
    "jam_layanan": {"type": "string", "maxLength": 200},
    "telepon": {"type": "string", "maxLength": 30, "pattern": "^[+(0-9][0-9 ()./-]{3,29}$"},
    "email": {"type": "string", "maxLength": 120, "format": "email"},
    "situs": {"type": "string", "maxLength": 200, "pattern": "^https?://[^ ]+$"},
    "kode_pos": {"type": "string", "pattern": "^[0-9]{5}$"},
    "ketinggian_m": {"type": "number", "minimum": -20, "maximum": 5000},
    "akses_disabilitas": {"type": "boolean"}
  }}
}$json$);
-- +goose StatementEnd

-- posyandu. One per 1,250 people. Strata and posyandu aktif are two systems of quality: both
-- are kept, neither is computed. The radius of 500 m that some name is unverified and
-- therefore no norm here.
-- +goose StatementBegin
insert into asset_types (name, position, definition) values ('posyandu', 2, $json${
  "label": {"id": "Posyandu", "en": "Posyandu"},
  "plural": {"id": "Posyandu", "en": "Posyandu"},
  "icon": "posyandu", "color": "#b45309", "min_zoom": 0,
  "duplicate_radius_m": 150, "cardinality": "many", "confirm_days": 180, "norm_radius_m": 0, "norm_ratio": 1250,
  "fields": [
    {"name": "strata", "label": {"id": "Strata", "en": "Grade"}, "help": {"id": "Hasil penilaian tingkat perkembangan posyandu.", "en": "Result of the yearly grading."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "select", "options": [
      {"value": "pratama", "label": {"id": "Pratama", "en": "Pratama (first)"}},
      {"value": "madya", "label": {"id": "Madya", "en": "Madya (second)"}},
      {"value": "purnama", "label": {"id": "Purnama", "en": "Purnama (third)"}},
      {"value": "mandiri", "label": {"id": "Mandiri", "en": "Mandiri (fourth)"}}]},
    {"name": "tahun_penilaian", "label": {"id": "Tahun penilaian", "en": "Year of grading"}, "help": {"id": "Tahun strata itu ditetapkan.", "en": "The year of that grade."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "number"},
    {"name": "aktif_kemenkes", "label": {"id": "Posyandu aktif", "en": "Active posyandu"}, "help": {"id": "Menurut kriteria Kementerian Kesehatan: paling sedikit 8 kali buka setahun dan 5 kader. Diisi dari penilaian, tidak dihitung di sini.", "en": "By the criteria of the Ministry of Health: at least 8 sessions a year and 5 volunteers. Entered from the assessment, not computed here."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "check"},
    {"name": "jumlah_kader", "label": {"id": "Jumlah kader", "en": "Volunteers"}, "help": {"id": "Kader yang diangkat dengan SK lurah atau kepala desa.", "en": "Volunteers appointed by the lurah or the head of the desa."}, "sensitivity": "public", "personal": false, "unit": "orang", "widget": "number"},
    {"name": "kader_aktif", "label": {"id": "Kader aktif", "en": "Active volunteers"}, "help": {"id": "Rata-rata kader yang bertugas tiap kali buka.", "en": "Volunteers on duty at an average session."}, "sensitivity": "public", "personal": false, "unit": "orang", "widget": "number"},
    {"name": "kader_terlatih", "label": {"id": "Kader terlatih", "en": "Trained volunteers"}, "help": {"id": "", "en": ""}, "sensitivity": "public", "personal": false, "unit": "orang", "widget": "number"},
    {"name": "sesi_12_bulan", "label": {"id": "Buka dalam 12 bulan", "en": "Sessions in 12 months"}, "help": {"id": "Berapa kali posyandu buka dalam 12 bulan terakhir.", "en": "How often it opened in the last 12 months."}, "sensitivity": "public", "personal": false, "unit": "kali", "widget": "number"},
    {"name": "minggu_buka", "label": {"id": "Buka minggu ke-", "en": "Opens in week"}, "help": {"id": "Minggu keberapa dalam bulan.", "en": "Which week of the month."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "number"},
    {"name": "hari_buka", "label": {"id": "Hari buka", "en": "Opening day"}, "help": {"id": "", "en": ""}, "sensitivity": "public", "personal": false, "unit": "", "widget": "select", "options": [
      {"value": "senin", "label": {"id": "Senin", "en": "Monday"}},
      {"value": "selasa", "label": {"id": "Selasa", "en": "Tuesday"}},
      {"value": "rabu", "label": {"id": "Rabu", "en": "Wednesday"}},
      {"value": "kamis", "label": {"id": "Kamis", "en": "Thursday"}},
      {"value": "jumat", "label": {"id": "Jumat", "en": "Friday"}},
      {"value": "sabtu", "label": {"id": "Sabtu", "en": "Saturday"}},
      {"value": "minggu", "label": {"id": "Minggu", "en": "Sunday"}}]},
    {"name": "jam_buka", "label": {"id": "Jam buka", "en": "Opening time"}, "help": {"id": "Jam dan menit, misalnya 08:00.", "en": "Hours and minutes, such as 08:00."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "time"},
    {"name": "sasaran", "label": {"id": "Sasaran layanan", "en": "Served groups"}, "help": {"id": "Kelompok yang dilayani. Daftar menurut siklus hidup; belum dicocokkan dengan peraturan.", "en": "The groups that are served. Listed by stage of life; not yet checked against a regulation."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "multi", "options": [
      {"value": "bumil", "label": {"id": "Ibu hamil", "en": "Pregnant women"}},
      {"value": "bayi_balita", "label": {"id": "Bayi dan balita", "en": "Babies and toddlers"}},
      {"value": "remaja", "label": {"id": "Remaja", "en": "Adolescents"}},
      {"value": "usia_produktif", "label": {"id": "Usia produktif", "en": "Working age"}},
      {"value": "lansia", "label": {"id": "Lansia", "en": "Elderly"}}]},
    {"name": "bidang_spm", "label": {"id": "Bidang layanan SPM", "en": "Fields of service"}, "help": {"id": "Enam bidang standar pelayanan minimal sejak Permendagri 13/2024; nama bidang belum dicocokkan dengan naskah peraturan.", "en": "The six fields of minimum service since Permendagri 13/2024; their names are not yet checked against its text."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "multi", "options": [
      {"value": "pendidikan", "label": {"id": "Pendidikan", "en": "Education"}},
      {"value": "kesehatan", "label": {"id": "Kesehatan", "en": "Health"}},
      {"value": "pekerjaan_umum", "label": {"id": "Pekerjaan umum", "en": "Public works"}},
      {"value": "perumahan_rakyat", "label": {"id": "Perumahan rakyat", "en": "Housing"}},
      {"value": "trantibumlinmas", "label": {"id": "Ketenteraman, ketertiban umum, dan pelindungan masyarakat", "en": "Public order and protection"}},
      {"value": "sosial", "label": {"id": "Sosial", "en": "Social affairs"}}]},
    {"name": "cakupan_ds", "label": {"id": "Cakupan D/S", "en": "D/S coverage"}, "help": {"id": "Balita ditimbang dibanding seluruh balita.", "en": "Children weighed, of all children under five."}, "sensitivity": "public", "personal": false, "unit": "%", "widget": "number"},
    {"name": "cakupan_kia", "label": {"id": "Cakupan KIA", "en": "Mother and child coverage"}, "help": {"id": "", "en": ""}, "sensitivity": "public", "personal": false, "unit": "%", "widget": "number"},
    {"name": "cakupan_kb", "label": {"id": "Cakupan KB", "en": "Family planning coverage"}, "help": {"id": "", "en": ""}, "sensitivity": "public", "personal": false, "unit": "%", "widget": "number"},
    {"name": "cakupan_imunisasi", "label": {"id": "Cakupan imunisasi", "en": "Immunisation coverage"}, "help": {"id": "", "en": ""}, "sensitivity": "public", "personal": false, "unit": "%", "widget": "number"},
    {"name": "program_tambahan", "label": {"id": "Ada program tambahan", "en": "Extra programme"}, "help": {"id": "Kegiatan di luar program pokok, misalnya PAUD atau bina keluarga balita.", "en": "Work beyond the main programme, such as early education."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "check"},
    {"name": "dana_sehat", "label": {"id": "Cakupan dana sehat", "en": "Health fund coverage"}, "help": {"id": "Keluarga yang ikut dana sehat.", "en": "Families that take part in the health fund."}, "sensitivity": "public", "personal": false, "unit": "%", "widget": "number"},
    {"name": "puskesmas_pembina", "label": {"id": "Puskesmas pembina", "en": "Supervising health centre"}, "help": {"id": "", "en": ""}, "sensitivity": "public", "personal": false, "unit": "", "widget": "text"},
    {"name": "no_sk", "label": {"id": "Nomor SK", "en": "Decree number"}, "help": {"id": "Surat keputusan pembentukan.", "en": "The decree that founded it."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "text"},
    {"name": "tgl_sk", "label": {"id": "Tanggal SK", "en": "Date of the decree"}, "help": {"id": "", "en": ""}, "sensitivity": "public", "personal": false, "unit": "", "widget": "date"},
    {"name": "tempat", "label": {"id": "Tempat kegiatan", "en": "Premises"}, "help": {"id": "Bila di rumah warga, letakkan titik di pusat layanan RT, bukan di rumahnya.", "en": "When it meets in a home, put the point at the centre of the RT, not on the home."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "select", "options": [
      {"value": "gedung_sendiri", "label": {"id": "Gedung sendiri", "en": "Own building"}},
      {"value": "balai_rw", "label": {"id": "Balai RW", "en": "RW hall"}},
      {"value": "rumah_warga", "label": {"id": "Rumah warga", "en": "A resident's home"}},
      {"value": "sekolah_paud", "label": {"id": "Sekolah atau PAUD", "en": "School or kindergarten"}},
      {"value": "lainnya", "label": {"id": "Lainnya", "en": "Other"}}]},
    {"name": "berbagi_dengan", "label": {"id": "Berbagi tempat dengan", "en": "Shares premises with"}, "help": {"id": "Nama fasilitas lain di tempat yang sama.", "en": "The name of the other facility in the same place."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "text"}
  ],
  "schema": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false, "properties": {
    "strata": {"enum": ["pratama", "madya", "purnama", "mandiri"]},
    "tahun_penilaian": {"type": "integer", "minimum": 1986, "maximum": 2100},
    "aktif_kemenkes": {"type": "boolean"},
    "jumlah_kader": {"type": "integer", "minimum": 0, "maximum": 200},
    "kader_aktif": {"type": "integer", "minimum": 0, "maximum": 200},
    "kader_terlatih": {"type": "integer", "minimum": 0, "maximum": 200},
    "sesi_12_bulan": {"type": "integer", "minimum": 0, "maximum": 366},
    "minggu_buka": {"type": "integer", "minimum": 1, "maximum": 5},
    "hari_buka": {"enum": ["senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu"]},
    "jam_buka": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
    "sasaran": {"type": "array", "items": {"enum": ["bumil", "bayi_balita", "remaja", "usia_produktif", "lansia"]}, "uniqueItems": true, "maxItems": 5},
    "bidang_spm": {"type": "array", "items": {"enum": ["pendidikan", "kesehatan", "pekerjaan_umum", "perumahan_rakyat", "trantibumlinmas", "sosial"]}, "uniqueItems": true, "maxItems": 6},
    "cakupan_ds": {"type": "number", "minimum": 0, "maximum": 100},
    "cakupan_kia": {"type": "number", "minimum": 0, "maximum": 100},
    "cakupan_kb": {"type": "number", "minimum": 0, "maximum": 100},
    "cakupan_imunisasi": {"type": "number", "minimum": 0, "maximum": 100},
    "program_tambahan": {"type": "boolean"},
    "dana_sehat": {"type": "number", "minimum": 0, "maximum": 100},
    "puskesmas_pembina": {"type": "string", "maxLength": 120},
    "no_sk": {"type": "string", "maxLength": 80},
    "tgl_sk": {"type": "string", "format": "date"},
    "tempat": {"enum": ["gedung_sendiri", "balai_rw", "rumah_warga", "sekolah_paud", "lainnya"]},
    "berbagi_dengan": {"type": "string", "maxLength": 120}
  }}
}$json$);
-- +goose StatementEnd

-- pos_kamling. The norm of one pos hansip per 2,500 people and 500 m is unverified: no norm
-- here.
-- +goose StatementBegin
insert into asset_types (name, position, definition) values ('pos_kamling', 3, $json${
  "label": {"id": "Pos Kamling", "en": "Neighbourhood watch post"},
  "plural": {"id": "Pos Kamling", "en": "Neighbourhood watch posts"},
  "icon": "pos_kamling", "color": "#1f2937", "min_zoom": 12,
  "duplicate_radius_m": 150, "cardinality": "many", "confirm_days": 365, "norm_radius_m": 0, "norm_ratio": 0,
  "fields": [
    {"name": "bangunan", "label": {"id": "Bangunan", "en": "Building"}, "help": {"id": "", "en": ""}, "sensitivity": "public", "personal": false, "unit": "", "widget": "select", "options": [
      {"value": "permanen", "label": {"id": "Permanen", "en": "Permanent"}},
      {"value": "semi", "label": {"id": "Semi permanen", "en": "Semi-permanent"}},
      {"value": "darurat", "label": {"id": "Darurat", "en": "Makeshift"}}]},
    {"name": "rt_dilayani", "label": {"id": "RT yang dilayani", "en": "RT served"}, "help": {"id": "Nomor RT dipisah koma, misalnya 001, 002.", "en": "Numbers of the RT with commas between, such as 001, 002."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "text"},
    {"name": "aktif_ronda", "label": {"id": "Ronda berjalan", "en": "Night watch active"}, "help": {"id": "Ada ronda malam dalam sebulan terakhir.", "en": "There was a night watch in the last month."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "check"},
    {"name": "jumlah_regu", "label": {"id": "Jumlah regu", "en": "Teams"}, "help": {"id": "", "en": ""}, "sensitivity": "public", "personal": false, "unit": "regu", "widget": "number"},
    {"name": "anggota_per_regu", "label": {"id": "Anggota per regu", "en": "People per team"}, "help": {"id": "", "en": ""}, "sensitivity": "public", "personal": false, "unit": "orang", "widget": "number"},
    {"name": "jam_mulai", "label": {"id": "Jam mulai ronda", "en": "Watch begins"}, "help": {"id": "Jam dan menit, misalnya 22:30.", "en": "Hours and minutes, such as 22:30."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "time"},
    {"name": "jam_selesai", "label": {"id": "Jam selesai ronda", "en": "Watch ends"}, "help": {"id": "Jam dan menit, misalnya 03:30.", "en": "Hours and minutes, such as 03:30."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "time"},
    {"name": "penanggung_jawab_jabatan", "label": {"id": "Penanggung jawab (jabatan)", "en": "In charge (office held)"}, "help": {"id": "Jabatan saja, misalnya Ketua RT 005; jangan tulis nama orang.", "en": "The office only, such as head of RT 005; no person's name."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "text"},
    {"name": "cctv", "label": {"id": "Ada CCTV", "en": "CCTV"}, "help": {"id": "", "en": ""}, "sensitivity": "public", "personal": false, "unit": "", "widget": "check"},
    {"name": "penerangan", "label": {"id": "Ada penerangan", "en": "Lighting"}, "help": {"id": "", "en": ""}, "sensitivity": "public", "personal": false, "unit": "", "widget": "check"},
    {"name": "perlengkapan", "label": {"id": "Perlengkapan", "en": "Equipment"}, "help": {"id": "Menurut daftar perlengkapan pos kamling dari kepolisian.", "en": "By the police's list for such posts."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "multi", "options": [
      {"value": "buku_mutasi", "label": {"id": "Buku mutasi", "en": "Log book"}},
      {"value": "daftar_petugas", "label": {"id": "Daftar petugas", "en": "Duty list"}},
      {"value": "buku_tamu", "label": {"id": "Buku tamu", "en": "Visitors' book"}},
      {"value": "alat_pemadam", "label": {"id": "Alat pemadam", "en": "Fire extinguisher"}},
      {"value": "alat_pengamanan", "label": {"id": "Alat pengamanan", "en": "Protective gear"}},
      {"value": "jam_dinding", "label": {"id": "Jam dinding", "en": "Clock"}},
      {"value": "alat_tanda", "label": {"id": "Kentongan, peluit, alarm, atau HT", "en": "Slit drum, whistle, alarm or radio"}},
      {"value": "senter", "label": {"id": "Senter", "en": "Torch"}},
      {"value": "lampu_pos", "label": {"id": "Lampu pos", "en": "Lamp"}},
      {"value": "p3k", "label": {"id": "P3K", "en": "First aid kit"}},
      {"value": "jas_hujan", "label": {"id": "Jas hujan", "en": "Raincoats"}},
      {"value": "tanda_bahaya", "label": {"id": "Tanda bahaya", "en": "Danger signals"}},
      {"value": "peta_jadwal", "label": {"id": "Peta wilayah dan jadwal", "en": "Map and roster"}}]}
  ],
  "schema": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false, "properties": {
    "bangunan": {"enum": ["permanen", "semi", "darurat"]},
    "rt_dilayani": {"type": "string", "maxLength": 120, "pattern": "^[0-9]{1,3}( *, *[0-9]{1,3})*$"},
    "aktif_ronda": {"type": "boolean"},
    "jumlah_regu": {"type": "integer", "minimum": 0, "maximum": 60},
    "anggota_per_regu": {"type": "integer", "minimum": 0, "maximum": 100},
    "jam_mulai": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
    "jam_selesai": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
    "penanggung_jawab_jabatan": {"type": "string", "maxLength": 100},
    "cctv": {"type": "boolean"},
    "penerangan": {"type": "boolean"},
    "perlengkapan": {"type": "array", "items": {"enum": ["buku_mutasi", "daftar_petugas", "buku_tamu", "alat_pemadam", "alat_pengamanan", "jam_dinding", "alat_tanda", "senter", "lampu_pos", "p3k", "jas_hujan", "tanda_bahaya", "peta_jadwal"]}, "uniqueItems": true, "maxItems": 13}
  }}
}$json$);
-- +goose StatementEnd

-- rt. Numbers of RT and RW are the common properties rt and rw. The point defaults to the
-- settlement's centre: a home would publish a private address. Who heads an RT is personal and
-- kept in the erasable table.
-- +goose StatementBegin
insert into asset_types (name, position, definition) values ('rt', 4, $json${
  "label": {"id": "RT", "en": "RT (neighbourhood)"},
  "plural": {"id": "RT", "en": "RT (neighbourhoods)"},
  "icon": "rt", "color": "#0f766e", "min_zoom": 13,
  "duplicate_radius_m": 50, "cardinality": "many", "confirm_days": 180, "norm_radius_m": 0, "norm_ratio": 0,
  "fields": [
    {"name": "jenis_titik", "label": {"id": "Letak titik", "en": "What the point marks"}, "help": {"id": "Pusat permukiman dianjurkan. Rumah ketua adalah alamat pribadi: pakai hanya bila ketua menyetujui.", "en": "The centre of the settlement is best. The head's home is a private address: only with the head's consent."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "select", "options": [
      {"value": "pusat_permukiman", "label": {"id": "Pusat permukiman", "en": "Centre of the settlement"}},
      {"value": "sekretariat", "label": {"id": "Sekretariat RT", "en": "RT secretariat"}},
      {"value": "rumah_ketua", "label": {"id": "Rumah ketua RT", "en": "Home of the head"}}]},
    {"name": "jumlah_kk", "label": {"id": "Jumlah KK", "en": "Families"}, "help": {"id": "Biasanya 10 sampai 100 KK.", "en": "Usually 10 to 100 families."}, "sensitivity": "public", "personal": false, "unit": "KK", "widget": "number"},
    {"name": "jumlah_jiwa_l", "label": {"id": "Penduduk laki-laki", "en": "Men and boys"}, "help": {"id": "", "en": ""}, "sensitivity": "public", "personal": false, "unit": "jiwa", "widget": "number"},
    {"name": "jumlah_jiwa_p", "label": {"id": "Penduduk perempuan", "en": "Women and girls"}, "help": {"id": "", "en": ""}, "sensitivity": "public", "personal": false, "unit": "jiwa", "widget": "number"},
    {"name": "per_tanggal", "label": {"id": "Keadaan per tanggal", "en": "As of"}, "help": {"id": "Tanggal angka penduduk itu.", "en": "The date of these numbers."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "date"},
    {"name": "sumber_angka", "label": {"id": "Sumber angka", "en": "Source of the numbers"}, "help": {"id": "", "en": ""}, "sensitivity": "public", "personal": false, "unit": "", "widget": "select", "options": [
      {"value": "register_rt", "label": {"id": "Register RT", "en": "The RT's register"}},
      {"value": "dukcapil", "label": {"id": "Dukcapil", "en": "Civil registry (Dukcapil)"}},
      {"value": "bps", "label": {"id": "BPS", "en": "Statistics Indonesia (BPS)"}}]},
    {"name": "ketua_nama", "label": {"id": "Nama ketua RT", "en": "Head of the RT"}, "help": {"id": "Tidak tampil untuk umum.", "en": "Not shown to the public."}, "sensitivity": "internal", "personal": true, "unit": "", "widget": "text"},
    {"name": "ketua_hp", "label": {"id": "Nomor HP ketua RT", "en": "Head's mobile number"}, "help": {"id": "Tidak pernah tampil untuk umum dan tidak ikut diekspor.", "en": "Never shown to the public and never exported."}, "sensitivity": "restricted", "personal": true, "unit": "", "widget": "tel"},
    {"name": "no_sk", "label": {"id": "Nomor SK", "en": "Decree number"}, "help": {"id": "Surat keputusan pengangkatan ketua.", "en": "The decree that appointed the head."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "text"},
    {"name": "mulai", "label": {"id": "Mulai menjabat", "en": "Term begins"}, "help": {"id": "", "en": ""}, "sensitivity": "public", "personal": false, "unit": "", "widget": "date"},
    {"name": "selesai", "label": {"id": "Selesai menjabat", "en": "Term ends"}, "help": {"id": "Masa jabatan 5 tahun.", "en": "A term is 5 years."}, "sensitivity": "public", "personal": false, "unit": "", "widget": "date"}
  ],
  "schema": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false, "properties": {
    "jenis_titik": {"enum": ["pusat_permukiman", "sekretariat", "rumah_ketua"]},
    "jumlah_kk": {"type": "integer", "minimum": 0, "maximum": 2000},
    "jumlah_jiwa_l": {"type": "integer", "minimum": 0, "maximum": 10000},
    "jumlah_jiwa_p": {"type": "integer", "minimum": 0, "maximum": 10000},
    "per_tanggal": {"type": "string", "format": "date"},
    "sumber_angka": {"enum": ["register_rt", "dukcapil", "bps"]},
    "ketua_nama": {"type": "string", "maxLength": 100},
    "ketua_hp": {"type": "string", "maxLength": 30, "pattern": "^[+(0-9][0-9 ()./-]{3,29}$"},
    "no_sk": {"type": "string", "maxLength": 80},
    "mulai": {"type": "string", "format": "date"},
    "selesai": {"type": "string", "format": "date"}
  }}
}$json$);
-- +goose StatementEnd

-- puskesmas. With the common properties only, until somebody needs more.
-- +goose StatementBegin
insert into asset_types (name, position, definition) values ('puskesmas', 5, $json${
  "label": {"id": "Puskesmas", "en": "Health centre (puskesmas)"},
  "plural": {"id": "Puskesmas", "en": "Health centres"},
  "icon": "puskesmas", "color": "#86198f", "min_zoom": 0,
  "duplicate_radius_m": 150, "cardinality": "many", "confirm_days": 365, "norm_radius_m": 0, "norm_ratio": 0,
  "fields": [],
  "schema": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false, "properties": {
  }}
}$json$);
-- +goose StatementEnd

-- kantor_kecamatan. With the common properties only. Many, since a kelurahan's count says
-- nothing of it.
-- +goose StatementBegin
insert into asset_types (name, position, definition) values ('kantor_kecamatan', 6, $json${
  "label": {"id": "Kantor Kecamatan", "en": "Kecamatan office"},
  "plural": {"id": "Kantor Kecamatan", "en": "Kecamatan offices"},
  "icon": "kantor_kecamatan", "color": "#78350f", "min_zoom": 0,
  "duplicate_radius_m": 150, "cardinality": "many", "confirm_days": 365, "norm_radius_m": 0, "norm_ratio": 0,
  "fields": [],
  "schema": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false, "properties": {
  }}
}$json$);
-- +goose StatementEnd
