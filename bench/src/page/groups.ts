/** A picture of the page: the figures that it shows, by name, and their headings. */
export interface Group {
  readonly file: string
  readonly heading: string
  /** A sentence above the picture. @default none */
  readonly remark?: string
  readonly titles: Readonly<Record<string, string>>
}

/** The pictures, in their order. Figures that nobody has recorded are left out. */
export const GROUPS: readonly Group[] = [
  {
    file: 'images',
    heading: 'Images',
    titles: {
      images: '24 photos of 12 megapixels, four variants each',
      'images/payload': 'The same, beside Payload',
      'images-s3': 'The same, in a bucket',
      'small-images': '200 photos of 2 megapixels',
      'time-to-ready': 'One photo on an idle worker',
      scale: 'Photos through two worker processes behind PgBouncer',
    },
  },
  {
    file: 'uploads',
    heading: 'Uploads',
    remark: '`@tus/server` writes no row and waits for no disk.',
    titles: {
      upload: 'One GiB through HTTP',
      'upload/memory': 'Memory of that',
      tus: 'One GiB by tus, beside @tus/server',
      'tus-small': 'A tus upload of 10 KB, beside @tus/server',
    },
  },
  {
    file: 'delivery',
    heading: 'Delivery',
    titles: {
      serve: 'A large file in ranges of 5 MB',
      'serve-small': 'Files of 10 KB, requests a second',
      'serve-range': 'Ranges of 4 KB, requests a second',
      'serve-304': 'Answers “not modified” a second',
      'image-member': 'An image of a family, by its URL',
      playlists: 'A playlist of 60 segments',
      sign: 'The URLs of 1,000 assets',
    },
  },
  {
    file: 'database',
    heading: 'Queue and database',
    titles: {
      'job-latency': 'From COMMIT to the handler',
      backlog: '10,000 waiting jobs',
      'completion/register': 'Uploads registered a second',
      'completion/attach': 'Assets attached a second',
      'completion/variant-commit': 'Variants committed a second',
    },
  },
  {
    file: 'ten-million',
    heading: 'Ten million assets',
    remark: 'Here the grey bar is Rindle over a million assets.',
    titles: {
      'ten-million/url': 'An asset and its URL',
      'ten-million/attachmentsFor': 'The attachments of twenty owners',
      'ten-million/claim': 'A variant from its request to its commit',
      'ten-million/status': 'The status',
      'ten-million/verifyStorage': 'A page of verifyStorage',
      'ten-million/console-assets': 'The console: the list of assets',
      'ten-million/console-asset': 'The console: an asset',
      'ten-million/console-uploads-completed': 'The console: completed uploads',
    },
  },
  {
    file: 'video',
    heading: 'Video',
    titles: {
      av: 'A minute of video to 720p',
      'av-outputs': 'Four outputs of one video',
      stream: 'A stream of three rungs, an MP4 and a poster',
      'stream/cpu': 'CPU time of that',
    },
  },
]
