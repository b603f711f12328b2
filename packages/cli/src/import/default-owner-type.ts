/** `Blog::PostImage` and `App\Models\PostImage` as types of owners: "blog_post_image", "post_image". Pure. */
export function defaultOwnerType(className: string): string {
  return className
    .replace(/^.*\\/, '')
    .replaceAll('::', '_')
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_')
    .toLowerCase()
}
