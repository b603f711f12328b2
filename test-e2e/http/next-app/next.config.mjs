export default { distDir: 'dist' }
