// The same facts hold over the Request, Headers and Response of a DOM in memory.
import './fetch.everywhere.test.ts'
