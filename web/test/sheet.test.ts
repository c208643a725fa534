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
  it('is refused when it is empty, broken or too large', async () => {
    await expect(readSheets(file('a.csv', ' \n'))).rejects.toMatchObject({ why: 'sheet_empty' });
    await expect(readSheets(file('a.xlsx', 'PK no zip at all'))).rejects.toMatchObject({ why: 'sheet_broken' });
    await expect(readSheets({ size: maxFileBytes + 1 } as File)).rejects.toBeInstanceOf(Unreadable);
  });
});
