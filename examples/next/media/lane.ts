/** Whether there are lessons: `LANE=image` is an application of pictures alone, without FFmpeg. */
export const hasLessons: boolean = process.env.LANE !== 'image'
