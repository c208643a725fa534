import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { maxFileBytes, readCSV, readSheets, textOf, Unreadable } from '../src/sheet';

const file = (name: string, content: BlobPart): File => new File([content], name);

describe('a file', () => {
  it('is read with semicolons, a mark and Windows letters', async () => {
    expect(readCSV('\uFEFFNama;Jumlah\r\n"Bandar; Lor";1,5\r\n\r\n')).toEqual([['Nama', 'Jumlah'], ['Bandar; Lor', '1,5']]);
    expect(textOf(new Uint8Array([0x44, 0xe9]).buffer)).toBe('Dé');
    expect(textOf(new Uint8Array([0xff, 0xfe, 0x41, 0x00]).buffer)).toContain('A');
    expect(await readSheets(file('a.csv', 'a,b\n1,2\n'))).toEqual([{ name: 'a.csv', rows: [['a', 'b'], ['1', '2']] }]);
  });
  it('of Excel is read sheet by sheet, with every digit of a number', async () => {
    const [sheet, ...more] = await readSheets(file('a.xlsx', workbook('<row r="1"><c r="A1" t="inlineStr"><is><t>NIK</t></is></c><c r="B1" t="inlineStr"><is><t>Desil</t></is></c></row><row r="2"><c r="A2"><v>3571010101900001</v></c><c r="B2"><v>2</v></c></row><row r="3"><c r="A3"><v>3.571010101900001E+15</v></c><c r="B3"><v>1.5</v></c></row>') as BlobPart));
    expect(more).toEqual([]);
    expect(sheet).toEqual({ name: 'Data', rows: [['NIK', 'Desil'], ['3571010101900001', '2'], ['3571010101900001', '1.5']] });
  });
  it('is refused when it is empty, broken or too large', async () => {
    await expect(readSheets(file('a.csv', ' \n'))).rejects.toMatchObject({ why: 'sheet_empty' });
    await expect(readSheets(file('a.xlsx', 'PK no zip at all'))).rejects.toMatchObject({ why: 'sheet_broken' });
    await expect(readSheets({ size: maxFileBytes + 1 } as File)).rejects.toBeInstanceOf(Unreadable);
  });
});

/** A workbook of one sheet, with as little as Excel takes. */
function workbook(rows: string): Uint8Array {
  const xml = (text: string): Uint8Array => strToU8(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>${text}`);
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const packages = 'http://schemas.openxmlformats.org/package/2006';
  return zipSync({
    '[Content_Types].xml': xml(`<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`),
    '_rels/.rels': xml(`<Relationships xmlns="${packages}/relationships"><Relationship Id="r1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`),
    'xl/workbook.xml': xml(`<workbook xmlns="${main}" xmlns:r="${relations}"><sheets><sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>`),
    'xl/_rels/workbook.xml.rels': xml(`<Relationships xmlns="${packages}/relationships"><Relationship Id="r1" Type="${relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`),
    'xl/worksheets/sheet1.xml': xml(`<worksheet xmlns="${main}"><sheetData>${rows}</sheetData></worksheet>`),
  });
}
