/** The longer side of a photo that is sent, in pixels: a page of paper stays readable. */
const longest = 1600;

/** The size of a picture scaled down to at most `most` on its longer side. */
export function fitting(width: number, height: number, most = longest): { width: number; height: number } {
  const scale = Math.min(1, most / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** A photo as a JPEG of at most 1600 pixels, without what the camera wrote beside it; a PDF as it is. */
export async function smallerPhoto(file: File): Promise<Blob> {
  if (file.type === 'application/pdf') return file;
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const canvas = Object.assign(document.createElement('canvas'), fitting(picture.width, picture.height));
  const pen = canvas.getContext('2d')!;
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error('no picture'))), 'image/jpeg', 0.8));
}
