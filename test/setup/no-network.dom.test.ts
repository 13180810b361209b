import './no-network.everywhere.test.ts'
