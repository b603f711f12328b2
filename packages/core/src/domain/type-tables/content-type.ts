/** The names in a text, separated by spaces. */
type Words<Text extends string> = Text extends `${infer Word} ${infer Rest}` ? Word | Words<Rest> : Text

type ImageName =
  | Words<'jpeg png apng gif webp avif heic heif jxl tiff svg+xml svg+xml-compressed bmp jp2 jpx jpm j2c jls'>
  | Words<'flif bpg icns ktx aces avci avcs cgm dicom-rle dpx emf fits g3fax hej2k ief jaii jais jph jphc jxra'>
  | Words<'jxrs jxs jxsc jxsi jxss ktx2 prs.btif prs.pti sgi t38 tiff-fx wmf'>

type VideoName = Words<'mp4 quicktime 3gpp 3gpp2 mj2 webm mpeg mp2t ogg h261 h263 h264 iso.segment jpeg'>

type AudioName =
  | Words<'mpeg mp4 3gpp 3gpp2 webm ogg wav flac aac aiff basic amr ac3 eac3 ape wavpack midi qcelp adpcm'>
  | Words<'mobile-xmf silk'>

type ApplicationName =
  | Words<'pdf rtf postscript eps xml ogg mxf msword zip gzip zstd lzip java-archive avro andrew-inset'>
  | Words<'appinstaller applixware appx appxbundle atom+xml atomcat+xml atomdeleted+xml atomsvc+xml'>
  | Words<'atsc-dwd+xml atsc-held+xml atsc-rsat+xml automationml-aml+xml automationml-amlx+zip bdoc'>
  | Words<'calendar+xml ccxml+xml cdfx+xml cdmi-capability cdmi-container cdmi-domain cdmi-object cdmi-queue'>
  | Words<'cpl+xml cu-seeme cwl dash+xml dash-patch+xml davmount+xml dicom docbook+xml dssc+der dssc+xml'>
  | Words<'emma+xml emotionml+xml epub+zip exi express fdf fdt+xml font-tdpfr geo+json gml+xml gpx+xml gxf'>
  | Words<'hjson hyperstudio inkml+xml ipfix its+xml java-serialized-object java-vm json json5 jsonml+json'>
  | Words<'ld+json lgr+xml lost+xml mac-binhex40 mac-compactpro mads+xml manifest+json marc marcxml+xml'>
  | Words<'mathematica mathml+xml mbox media-policy-dataset+xml mediaservercontrol+xml metalink+xml'>
  | Words<'metalink4+xml mets+xml mmt-aei+xml mmt-usd+xml mods+xml mp21 msix msixbundle n-quads n-triples node'>
  | Words<'oda oebps-package+xml omdoc+xml onenote oxps p2p-overlay+xml patch-ops-error+xml pgp-encrypted'>
  | Words<'pgp-keys pgp-signature pics-rules pkcs10 pkcs7-mime pkcs7-signature pkcs8 pkix-attr-cert pkix-cert'>
  | Words<'pkix-crl pkix-pkipath pkixcmp pls+xml provenance+xml prs.cww prs.xsf+xml pskc+xml raml+yaml rdf+xml'>
  | Words<'reginfo+xml relax-ng-compact-syntax resource-lists+xml resource-lists-diff+xml rls-services+xml'>
  | Words<'route-apd+xml route-s-tsid+xml route-usd+xml rpki-ghostbusters rpki-manifest rpki-roa rsd+xml'>
  | Words<'rss+xml sbml+xml scvp-cv-request scvp-cv-response scvp-vp-request scvp-vp-response sdp senml+xml'>
  | Words<'sensml+xml set-payment-initiation set-registration-initiation shf+xml sieve smil+xml sparql-query'>
  | Words<'sparql-results+xml sql srgs srgs+xml sru+xml ssdl+xml ssml+xml swid+xml tei+xml thraud+xml'>
  | Words<'timestamped-data toml trig ttml+xml ubjson urc-ressheet+xml urc-targetdesc+xml voicexml+xml wasm'>
  | Words<'watcherinfo+xml widget winhlp wsdl+xml wspolicy+xml xaml+xml xcap-att+xml xcap-caps+xml'>
  | Words<'xcap-diff+xml xcap-el+xml xcap-ns+xml xenc+xml xfdf xhtml+xml xliff+xml xml-dtd xop+xml xproc+xml'>
  | Words<'xslt+xml xspf+xml xv+xml yang yin+xml zip+dotlottie'>

type TextName =
  | Words<'javascript vcard calendar cache-manifest coffeescript css csv html jade jsx less markdown mathml mdx'>
  | Words<'n3 plain prs.lines.tag richtext sgml shex slim spdx stylus tab-separated-values troff turtle'>
  | Words<'uri-list vtt wgsl yaml'>

type ModelName =
  | Words<'stl 3mf gltf+json gltf-binary iges jt mesh mtl obj prc step step+xml step+zip step-xml+zip u3d vrml'>
  | Words<'x3d+binary x3d+fastinfoset x3d+vrml x3d+xml x3d-vrml'>

type FontName = Words<'ttf otf woff woff2 collection'>

type MessageName =
  | Words<'disposition-notification global global-delivery-status global-disposition-notification'>
  | Words<'global-headers rfc822'>

/**
 * A content type that a profile can accept: by the name that Rindle stores (`image/jpeg`, and not its alias `image/jpg`),
 * or all of a kind (`image/*`). The names are those of the type tables and of the registry, so that a misspelt one does
 * not compile. Types that the registry leaves to vendors (`application/vnd.…`) and to nobody (`video/x-…`) are open.
 */
export type ContentType =
  | `image/${ImageName}`
  | `video/${VideoName}`
  | `audio/${AudioName}`
  | `application/${ApplicationName}`
  | `text/${TextName}`
  | `model/${ModelName}`
  | `font/${FontName}`
  | `message/${MessageName}`
  | `${'image' | 'video' | 'audio' | 'application' | 'text' | 'model' | 'font'}/*`
  | `${string}/x-${string}`
  | `${string}/vnd.${string}`
