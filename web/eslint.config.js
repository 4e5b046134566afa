// One flat configuration for TypeScript, Vue and the e2e scripts. Two rules are the house's own:
// only src/map speaks MapLibre, only e2e/driver speaks the browser's language.
import vue from 'eslint-plugin-vue'
import ts from 'typescript-eslint'

const onlyFor = (name, where) => ({
  'no-restricted-imports': ['error', { paths: [{ name, message: `only ${where} may import ${name}` }] }],
})

export default ts.config(
  { ignores: ['dist', 'node_modules'] },
  ...ts.configs.strict,
  ...ts.configs.stylistic,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: {
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/attributes-order': 'off',
      'vue/multi-word-component-names': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/html-indent': 'off',
      'vue/require-default-prop': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/multiline-html-element-content-newline': 'off',
    },
  },
  {
    files: ['src/**/*.{ts,vue}'],
    rules: {
      'max-lines': ['error', { max: 300 }],
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  { files: ['src/**/*.{ts,vue}'], ignores: ['src/map/**'], rules: onlyFor('maplibre-gl', 'src/map') },
  { files: ['e2e/**/*.mjs'], ignores: ['e2e/driver/**'], rules: onlyFor('playwright-core', 'e2e/driver') },
)
