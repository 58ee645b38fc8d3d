// Says which GPU WebGPU finds, or that there is none.
const { create } = await import('webgpu');
const adapter = await create([]).requestAdapter({ powerPreference: 'high-performance' });
const { description, vendor, architecture, isFallbackAdapter } = adapter?.info ?? {};
const name = description || [vendor, architecture].filter(Boolean).join(' ');
if (adapter === null) console.log('no GPU was found');
else if (isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(`${architecture} ${description}`))
  console.log(`no GPU: ${name} is a device in software`);
else console.log(`GPU: ${name}`);
process.exit(0);
