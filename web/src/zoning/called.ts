// What a community is called on the map: as people say it, without the committee.
export const called = (name: string): string => name.replace(/社区(居民|村民)?委员会$/, '社区').replace(/(村民|居民)委员会$/, '')
