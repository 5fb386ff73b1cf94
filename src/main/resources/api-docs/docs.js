// A token that is entered here stays in the page: it is gone when the page is.
SwaggerUIBundle({
  url: '../openapi.json',
  dom_id: '#api',
  deepLinking: true,
  docExpansion: 'none',
  filter: true,
  persistAuthorization: false,
  validatorUrl: null,
  tagsSorter: 'alpha'
});
