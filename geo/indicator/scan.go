package indicator

import (
	"bytes"
	"encoding/binary"

	"github.com/patok-id/patok/geo"
)

// MaxScanBytes bounds the scan of minutes.
const MaxScanBytes = 5 << 20

// CleanScan tells by its content what a scan is (image/jpeg, image/png,
// image/webp or application/pdf), and takes out of a JPEG what cameras and
// programs write into it beside the picture: EXIF with the place and the device,
// XMP, IPTC, comments. Anything else is Invalid.
func CleanScan(content []byte) (mediaType string, clean []byte, err error) {
	switch {
	case len(content) > MaxScanBytes:
		return "", nil, &geo.Error{Kind: geo.TooLarge, Op: "indicator.CleanScan", Message: geo.Text{
			ID: "Pindaian paling besar 5 MB.", EN: "A scan has at most 5 MB."}}
	case bytes.HasPrefix(content, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png", content, nil
	case len(content) > 12 && bytes.HasPrefix(content, []byte("RIFF")) && string(content[8:12]) == "WEBP":
		return "image/webp", content, nil
	case bytes.HasPrefix(content, []byte("%PDF-")):
		return "application/pdf", content, nil
	}
	if clean, ok := cleanJPEG(content); ok {
		return "image/jpeg", clean, nil
	}
	return "", nil, geo.InvalidFields("indicator.CleanScan", []geo.FieldError{problem("", "media_type",
		"Hanya foto (JPEG, PNG, WebP) atau PDF yang utuh.", "Only a whole picture (JPEG, PNG, WebP) or PDF is taken.")})
}

// The markers of a JPEG that matter here (ITU-T T.81, table B.1).
const (
	jpegStart   = 0xd8
	jpegScan    = 0xda // what follows is the picture itself
	jpegEnd     = 0xd9
	jpegExif    = 0xe1 // APP1: EXIF and XMP
	jpegIPTC    = 0xed // APP13
	jpegComment = 0xfe
)

// cleanJPEG copies a JPEG segment by segment, with the coded pictures behind its
// scan headers, up to its end. What phones hang behind that is left out.
func cleanJPEG(content []byte) (clean []byte, ok bool) {
	if len(content) < 4 || content[0] != 0xff || content[1] != jpegStart {
		return nil, false
	}
	clean = append(clean, content[:2]...)
	for rest := content[2:]; len(rest) >= 2 && rest[0] == 0xff; {
		marker := rest[1]
		switch marker {
		case 0xff: // a fill byte
			rest = rest[1:]
			continue
		case jpegEnd:
			return append(clean, rest[:2]...), true
		}
		if len(rest) < 4 {
			break
		}
		length := 2 + int(binary.BigEndian.Uint16(rest[2:]))
		if marker == jpegScan {
			length += coded(rest[min(length, len(rest)):])
		}
		if length < 4 || length > len(rest) {
			break
		}
		if marker != jpegExif && marker != jpegIPTC && marker != jpegComment {
			clean = append(clean, rest[:length]...)
		}
		rest = rest[length:]
	}
	return nil, false
}

// coded is how long the coded picture behind a scan header is: up to a marker
// that is no restart.
func coded(rest []byte) int {
	for i := 0; i+1 < len(rest); i++ {
		if c := rest[i+1]; rest[i] == 0xff && c != 0 && c != 0xff && (c < 0xd0 || c > 0xd7) {
			return i
		}
	}
	return len(rest)
}
