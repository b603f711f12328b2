/** The files of a drop; directories, which cannot be read as files, are left out. */
export function droppedFiles({ items }: DataTransfer): File[] {
  return [...items].flatMap((item) => {
    const file = item.kind === 'file' && !item.webkitGetAsEntry()?.isDirectory ? item.getAsFile() : null
    return file === null ? [] : [file]
  })
}
