package indicator

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo"
)

// picture is a JPEG with a segment of its own behind the first bytes.
func picture(t *testing.T, segments string) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 40, 30))
	for i := range img.Pix {
		img.Set(i%40, i/40, color.Gray{Y: uint8(i * 37)})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return []byte(string(b.Bytes()[:2]) + segments + string(b.Bytes()[2:]))
}

func segment(marker byte, text string) string {
	return string([]byte{0xff, marker, byte((len(text) + 2) >> 8), byte(len(text) + 2)}) + text
}

func TestPicturesLoseWhatCamerasWrite(t *testing.T) {
	plain := picture(t, "")
	full := picture(t, segment(0xe0, "JFIF")+segment(0xe1, "Exif\x00GPS-RAHASIA")+"\xff"+segment(0xed, "IPTC-RAHASIA")+segment(0xfe, "RAHASIA")+segment(0xe1, "XMP-RAHASIA"))
	full = append(full, []byte("RAHASIA di belakang gambar\xff\xd9")...)
	mediaType, clean, err := CleanScan(full)
	if err != nil || mediaType != "image/jpeg" {
		t.Fatalf("%s %v", mediaType, err)
	}
	if bytes.Contains(clean, []byte("RAHASIA")) || !bytes.Contains(clean, []byte("JFIF")) {
		t.Errorf("what is left: %.80q", clean)
	}
	want, err := jpeg.Decode(bytes.NewReader(plain))
	if err != nil {
		t.Fatal(err)
	}
	got, err := jpeg.Decode(bytes.NewReader(clean))
	if err != nil || !bytes.Equal(got.(*image.Gray).Pix, want.(*image.Gray).Pix) {
		t.Errorf("the picture changed: %v", err)
	}
	if _, again, err := CleanScan(clean); err != nil || !bytes.Equal(again, clean) {
		t.Error("cleaning twice changes something")
	}
}

func TestScansAreKnownByTheirContent(t *testing.T) {
	for content, want := range map[string]string{
		"\x89PNG\r\n\x1a\nrest":      "image/png",
		"RIFF\x00\x00\x00\x00WEBPVP": "image/webp",
		"%PDF-1.7\n":                 "application/pdf",
	} {
		if got, clean, err := CleanScan([]byte(content)); got != want || string(clean) != content || err != nil {
			t.Errorf("%q is %q, %v", content, got, err)
		}
	}
	whole := picture(t, "")
	for name, content := range map[string]string{"empty": "", "a page": "<html>", "a table": "NIK,Nama\n", "a JPEG cut off": string(whole[:len(whole)/2]),
		"a header alone": "\xff\xd8\xff\xe1", "a length beyond the end": "\xff\xd8\xff\xe0\xff\xff", "no length": "\xff\xd8\xff\xe0\x00\x00aaaa"} {
		if got, _, err := CleanScan([]byte(content)); geo.KindOf(err) != geo.Invalid {
			t.Errorf("%s is taken as %q: %v", name, got, err)
		}
	}
	if _, _, err := CleanScan([]byte("%PDF-" + strings.Repeat("x", MaxScanBytes))); geo.KindOf(err) != geo.TooLarge {
		t.Errorf("too large: %v", err)
	}
}

func FuzzCleanScan(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x04ab\xff\xda\x00\x02ab\xff\x00\xff\xd9"))
	f.Fuzz(func(t *testing.T, content []byte) {
		mediaType, clean, err := CleanScan(content)
		if err == nil && (mediaType == "" || len(clean) > len(content)) {
			t.Errorf("%q becomes %q", content, clean)
		}
	})
}
